"""The process that takes uploads apart: Pillow and qpdf under resource limits, and after everybody else."""

from pinegate.adapters.confined.serving import Request, serve
from pinegate.adapters.documents.image_content import image_encoded_anew
from pinegate.adapters.documents.pdf_content import pdf_written_anew
from pinegate.adapters.documents.scan_refusal import ScanRefusedError

MEMORY_LIMIT = 768 << 20
"""An image of the most pixels takes 440 MB while it is turned and encoded."""
MAX_REQUEST = 128 << 20
NICENESS = 10


def answer(request: Request, payload: bytes) -> bytes:
    """The content as it is kept."""
    match request["media_type"]:
        case "image/png":
            return image_encoded_anew("PNG", payload)
        case "image/jpeg":
            return image_encoded_anew("JPEG", payload)
        case "application/pdf":
            return pdf_written_anew(payload)
        case other:
            raise ValueError(f"unknown media type {other}")


if __name__ == "__main__":
    serve(
        answer,
        (ScanRefusedError,),
        memory_limit=MEMORY_LIMIT,
        most_bytes=MAX_REQUEST,
        niceness=NICENESS,
    )
