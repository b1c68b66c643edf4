"""One attempt at one provider: start, poll, resolve. Every step may run twice, stop anywhere, or run late."""
