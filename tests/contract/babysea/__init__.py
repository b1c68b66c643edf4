"""The BabySea wire, held field by field against its contract."""
