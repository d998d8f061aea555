"""The HTTP routes: one file a feature. They translate; the rules are in ``domain``, the steps in ``usecases``."""
