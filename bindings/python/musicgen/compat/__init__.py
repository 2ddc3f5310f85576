"""See musicgen_cpp.compat."""
