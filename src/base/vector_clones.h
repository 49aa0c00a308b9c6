#pragma once

/// Before a function whose loops gain from wider vectors: compiled twice where the compiler and the
/// processor family can choose between them at start.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TRACETWIN_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define TRACETWIN_VECTOR_CLONES
#endif
