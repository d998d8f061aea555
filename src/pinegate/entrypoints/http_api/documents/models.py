"""What comes with a scan."""

from typing import Annotated

from pydantic import BaseModel, Field

from pinegate.domain.documents.document import DocumentKind
from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE


class UploadFields(BaseModel):
    """The form's fields beside the file."""

    kind: DocumentKind
    file_name: Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]
