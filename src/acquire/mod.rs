//! Policy: which token, when to refresh, what to remember.
