"""How a committee counts votes, in sentences for anybody."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.committees.decisions import VotingRules


def rule_sentences(rules: VotingRules) -> list[str]:
    """How votes are counted by these rules: the rule, a veto, the quorum, a blind look, abstentions."""
    says = {
        "any_one": _("One vote decides. If members cast different votes, the dataset is denied."),
        "majority": _(
            "A decision needs the votes of more than half of the eligible voters who do not abstain. If everyone "
            "has voted and as many approve as deny, the chair’s vote breaks the tie."
        ),
        "k_of_n": ngettext(
            "%(n)s member must approve. If so many deny that this is no longer possible, the dataset is denied.",
            "%(n)s members must approve. If so many deny that this is no longer possible, the dataset is denied.",
            rules.votes_needed,
        )
        % {"n": rules.votes_needed},
        "unanimous": _(
            "Every eligible voter who does not abstain must approve. One vote to deny is enough for a denial."
        ),
        "chair": _("The chair’s vote decides. The votes of the other members are advice."),
    }
    quorum = ngettext(
        "Nothing is decided before %(n)s member has voted.",
        "Nothing is decided before %(n)s members have voted.",
        rules.quorum,
    ) % {"n": rules.quorum}
    veto = [_("A single vote to deny is enough for a denial.")] if rules.veto and rules.rule != "unanimous" else []
    blind = [
        _(
            "Votes are hidden until every eligible voter has voted or the due date has passed. Nothing is "
            "decided before that."
        )
    ]
    return [
        says[rules.rule],
        *veto,
        quorum,
        *(blind if rules.blind else []),
        _("An abstention counts for the quorum but for neither side."),
    ]
