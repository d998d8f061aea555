"""Opinions of police and bureau (article 5: 经市公安局同意，市数据资源局审核): accept, consent, review, return, refuse.

Approval is a verb of its own (``approve``): the agreement follows from it.
"""

from collections.abc import Mapping

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import accept, consent, give_back, record_review, refuse
from pinegate.domain.catalogue.operation import Operation
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step

_E = ApplicationEvent


async def accept_application(
    tx: ApplicationTransaction, application_id: str, text: str, act: Act
) -> Application:
    """The police clerk takes the file into review."""
    before = await open_file(tx, application_id, act.person)
    after = accept(before, text, act.person, act.now)
    return await record_step(tx, before, after, _E.ACCEPT, act, text)


async def consent_to_application(
    tx: ApplicationTransaction,
    application_id: str,
    consented: Mapping[str, frozenset[Operation]],
    text: str,
    act: Act,
) -> Application:
    """市公安局同意, whole or partial: see ``domain.applications.steps.consent``."""
    before = await open_file(tx, application_id, act.person)
    after = consent(before, consented, text, act.person, act.now)
    return await record_step(tx, before, after, _E.CONSENT, act, text)


async def review_application(
    tx: ApplicationTransaction, application_id: str, text: str, act: Act
) -> Application:
    """The bureau's reviewer writes the review down."""
    before = await open_file(tx, application_id, act.person)
    after = record_review(before, text, act.person, act.now)
    return await record_step(tx, before, after, _E.RECORD_REVIEW, act, text)


async def return_application(
    tx: ApplicationTransaction, application_id: str, event: ApplicationEvent, text: str, act: Act
) -> Application:
    """``return_by_police``, ``return_by_bureau`` or ``return_to_police``."""
    before = await open_file(tx, application_id, act.person)
    after = give_back(before, event, text, act.person, act.now)
    return await record_step(tx, before, after, event, act, text)


async def refuse_application(
    tx: ApplicationTransaction, application_id: str, event: ApplicationEvent, text: str, act: Act
) -> Application:
    """``refuse_consent`` or ``refuse_approval``."""
    before = await open_file(tx, application_id, act.person)
    after = refuse(before, event, text, act.person, act.now)
    return await record_step(tx, before, after, event, act, text)
