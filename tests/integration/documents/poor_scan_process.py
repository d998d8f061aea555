"""The process that takes uploads apart, with less memory than an image of many pixels needs."""

from pinegate.adapters.confined.serving import serve
from pinegate.adapters.documents.scan_process import answer
from pinegate.adapters.documents.scan_refusal import ScanRefusedError

if __name__ == "__main__":
    serve(answer, (ScanRefusedError,), memory_limit=120 << 20, most_bytes=1 << 20)
