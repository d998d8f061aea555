"""Whether somebody may hand in anything at all on an application's file."""

from pinegate.domain.documents.document import DocumentKind, check_may_hand_in
from pinegate.domain.documents.quota import DAY, UploadQuota
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file
from pinegate.usecases.documents.ports import DocumentTransaction


async def check_before_upload(
    tx: DocumentTransaction, application_id: str, quota: UploadQuota, act: Act
) -> None:
    """Asked before any byte is taken: nobody fills the disk who may hand in nothing.

    Raises:
        NotFoundError, RuleRefusedError: as ``hand_in`` would for every kind; or a day's uploads are spent.
    """
    application = await open_file(tx, application_id, act.person, lock=False)
    refusals: list[RuleRefusedError] = []
    for kind in DocumentKind:
        try:
            check_may_hand_in(kind, application, act.person)
        except RuleRefusedError as refusal:
            refusals.append(refusal)
    if len(refusals) == len(DocumentKind):
        raise next((r for r in refusals if r.refusal is Refusal.NO_SUCH_STEP), refusals[0])
    person = act.person
    spent = await tx.documents.handed_in_since(act.now - DAY, person.person_id, person.organization_id)
    quota.check(*spent)
