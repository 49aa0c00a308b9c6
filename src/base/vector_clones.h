#pragma once

/// Before a function whose loops gain from wider vectors: compiled several times where the compiler
/// and the processor family can choose between them at start. Numbers are the same in each, since
/// products are not fused with sums (-ffp-contract=off).
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TRACETWIN_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
/// The same where loops gain from the widest vectors, too.
#define TRACETWIN_WIDE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TRACETWIN_VECTOR_CLONES
#define TRACETWIN_WIDE_CLONES
#endif
