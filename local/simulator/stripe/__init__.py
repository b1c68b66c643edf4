"""A stand-in for Stripe Checkout: sessions, a page to pay on, and signed webhooks."""
