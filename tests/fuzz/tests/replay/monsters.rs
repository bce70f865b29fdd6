//! What is too large, too deep or too many for the fuzzer to come to, made here.
