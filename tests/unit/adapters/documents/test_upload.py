from pinegate.adapters.documents.upload import StoredScan, attachment_headers


def test_a_scan_is_served_to_be_saved_only() -> None:
    scan = StoredScan("a" * 32, "image/png", 1, "", "")
    headers = attachment_headers(scan, 'x"\r\nSet-Cookie: a=b; 协议')
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith('attachment; filename="x___Set-Cookie_')
    assert headers["Content-Disposition"].endswith('.png"')
