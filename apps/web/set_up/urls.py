"""Addresses of the set-up, for operators."""

from django.urls import path

from apps.web.set_up import committees, institutions, overview, people, providers, register, texts, visa_issuers

urlpatterns = [
    path("set-up/", overview.set_up, name="set_up"),
    path("set-up/first-operator/", overview.first_operator, name="first_operator"),
    path("set-up/institutions/", institutions.institutions, name="set_up_institutions"),
    path("set-up/institutions/new/", institutions.institution_new, name="set_up_institution_new"),
    path("set-up/institutions/<uuid:pk>/", institutions.institution, name="set_up_institution"),
    path("set-up/institutions/<uuid:pk>/officials/", institutions.official_add, name="set_up_official_add"),
    path(
        "set-up/institutions/<uuid:pk>/officials/<uuid:person>/end/",
        institutions.official_end,
        name="set_up_official_end",
    ),
    path("set-up/identity-providers/", providers.providers, name="set_up_providers"),
    path("set-up/identity-providers/new/", providers.provider_new, name="set_up_provider_new"),
    path("set-up/identity-providers/edit/<slug:slug>/", providers.provider, name="set_up_provider"),
    path("set-up/identity-providers/edit/<slug:slug>/test/", providers.provider_test, name="set_up_provider_test"),
    path("set-up/identity-providers/edit/<slug:slug>/on/", providers.provider_activate, name="set_up_provider_on"),
    path("set-up/identity-providers/edit/<slug:slug>/off/", providers.provider_deactivate, name="set_up_provider_off"),
    path("set-up/visa-issuers/", visa_issuers.visa_issuers, name="set_up_visa_issuers"),
    path("set-up/visa-issuers/new/", visa_issuers.visa_issuer_new, name="set_up_visa_issuer_new"),
    path("set-up/visa-issuers/edit/<slug:slug>/", visa_issuers.visa_issuer, name="set_up_visa_issuer"),
    path("set-up/visa-issuers/edit/<slug:slug>/end/", visa_issuers.visa_issuer_end, name="set_up_visa_issuer_end"),
    path("set-up/roles/", people.platform_roles, name="set_up_roles"),
    path("set-up/roles/<uuid:pk>/end/", people.platform_role_end, name="set_up_role_end"),
    path("set-up/owners/", people.owners, name="set_up_owners"),
    path("set-up/committees/", committees.committees, name="set_up_committees"),
    path("set-up/committees/new/", committees.committee_new, name="set_up_committee_new"),
    path("set-up/committees/edit/<slug:slug>/", committees.committee, name="set_up_committee"),
    path("set-up/agreement-templates/", texts.templates, name="set_up_templates"),
    path("set-up/agreement-templates/new/", texts.template_new, name="set_up_template_new"),
    path("set-up/register/", register.register, name="set_up_register"),
    path("set-up/terms/", texts.terms_versions, name="set_up_terms"),
    path("set-up/terms/new/", texts.terms_new, name="set_up_terms_new"),
]
