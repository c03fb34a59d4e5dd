"""The declarations of use cases, mostly by decorators, and how `Run` reads them."""
