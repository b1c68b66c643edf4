"""The simulator held to the vendors' wire formats, over HTTP."""
