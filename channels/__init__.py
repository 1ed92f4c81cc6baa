"""Everything said over a websocket: the wire's messages, sessions, subscriptions."""
