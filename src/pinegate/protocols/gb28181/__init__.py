"""The two ends of GB/T 28181 signalling, sans-IO: ``upper_platform`` (us) and ``lower_device`` (a device,
or our simulator).
"""
