"""《保密协议》: signed and sealed by both sides."""
