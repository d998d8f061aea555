"""SDP (RFC 8866) with the lines that GB/T 28181 adds: ``y=`` (SSRC) and ``f=`` (media description)."""
