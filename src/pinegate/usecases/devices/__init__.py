"""Lower platforms and devices: who may register, and what is known of them."""
