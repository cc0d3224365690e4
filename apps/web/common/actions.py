"""Where each next action of an access state is done; the table is beside the states, for e-mails and the API too."""

from apps.grants.access_state.places import PLACES, Place, href_of, place_of

__all__ = ["PLACES", "Place", "href_of", "place_of"]
