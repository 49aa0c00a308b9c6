#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "netshare/run_plan.h"

/// Words of configuration files, and what they mean. Of several words for one meaning the first is
/// the one that we write.
namespace tracetwin::netshare {

template <typename T>
struct Word {
  std::string_view name;
  T meaning;
};

template <typename T, std::size_t N>
std::string_view word_for(const std::array<Word<T>, N>& words, T meaning) {
  return std::find_if(words.begin(), words.end(),
                      [&](const Word<T>& word) { return word.meaning == meaning; })
      ->name;
}

inline constexpr std::array kLayouts = {
    Word<Layout>{"camera-ready", Layout::kCameraReady},
    Word<Layout>{"tensorflow", Layout::kTensorFlow},
    Word<Layout>{"seed", Layout::kSeed},
    Word<Layout>{"master", Layout::kMaster},
};
inline constexpr std::array kSources = {
    Word<Source>{"local_files", Source::kLocalFiles},
    Word<Source>{"s3", Source::kS3},
};
inline constexpr std::array kFormats = {
    Word<Format>{"pcap", Format::kPcap},    Word<Format>{"netflow", Format::kNetflow},
    Word<Format>{"zeeklog", Format::kZeek}, Word<Format>{"zeek", Format::kZeek},
    Word<Format>{"csv", Format::kCsv},      Word<Format>{"list-of-jsons", Format::kJsonLines},
};
inline constexpr std::array kFieldTypes = {
    Word<FieldType>{"integer", FieldType::kInteger},
    Word<FieldType>{"float", FieldType::kFloat},
    Word<FieldType>{"string", FieldType::kString},
    Word<FieldType>{"ip_string", FieldType::kIp},
};
inline constexpr std::array kEncodings = {
    Word<Encoding>{"bit", Encoding::kBit},
    Word<Encoding>{"word2vec", Encoding::kWord2vec},
    Word<Encoding>{"categorical", Encoding::kCategorical},
    Word<Encoding>{"continuous", Encoding::kContinuous},
};
inline constexpr std::array kNormalizations = {
    Word<Normalization>{"ZERO_ONE", Normalization::kZeroOne},
    Word<Normalization>{"MINUSONE_ONE", Normalization::kMinusOneOne},
};
inline constexpr std::array kTimeEncodings = {
    Word<TimeEncoding>{"interarrival", TimeEncoding::kInterarrival},
    Word<TimeEncoding>{"raw", TimeEncoding::kRaw},
};
inline constexpr std::array kChunkings = {
    Word<ChunkBy>{"fixed_time", ChunkBy::kFixedTime},
    Word<ChunkBy>{"fixed_size", ChunkBy::kFixedSize},
};
inline constexpr std::array kFlowTags = {
    Word<FlowTags>{"multichunk_dep_v2", FlowTags::kV2},
    Word<FlowTags>{"multichunk_dep_v1", FlowTags::kV1},
    Word<FlowTags>{"multiepoch_dep_v2", FlowTags::kV2},
    Word<FlowTags>{"multiepoch_dep_v1", FlowTags::kV1},
    Word<FlowTags>{"none", FlowTags::kNone},
};
/// True: records outside their chunk's time are dropped.
inline constexpr std::array kTruncations = {
    Word<bool>{"per_chunk", true},
    Word<bool>{"none", false},
};
/// True: the output is written as a capture, too.
inline constexpr std::array kOutputs = {
    Word<bool>{"csv", false},
    Word<bool>{"pcap", true},
};
inline constexpr std::array kNoises = {
    Word<doppelganger::Noise>{"normal", doppelganger::Noise::kNormal},
    Word<doppelganger::Noise>{"uniform", doppelganger::Noise::kUniform},
};
inline constexpr std::array kInitialStates = {
    Word<doppelganger::InitialState>{"random", doppelganger::InitialState::kRandom},
    Word<doppelganger::InitialState>{"zero", doppelganger::InitialState::kZero},
    Word<doppelganger::InitialState>{"variable", doppelganger::InitialState::kVariable},
};
inline constexpr std::array kNoteKinds = {
    Word<NoteKind>{"ignored", NoteKind::kIgnored},
    Word<NoteKind>{"translated", NoteKind::kTranslated},
    Word<NoteKind>{"unknown", NoteKind::kUnknown},
    Word<NoteKind>{"remark", NoteKind::kRemark},
};

}  // namespace tracetwin::netshare
