"""The only place that builds adapters: a file a stack, each of which starts it and stops it again."""
