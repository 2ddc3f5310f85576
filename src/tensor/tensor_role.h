// What a model does with a tensor.
#pragma once

namespace musicgen {

// Which format the numbers have at a precision follows from this (nn/held_format.h): in memory, in
// a converted file and in the estimate of a model's need alike.
enum class TensorRole {
  kFloat,            // vectors and what is small, read in float
  kFloatMatrix,      // small, multiplied with in float
  kTable,            // rows looked up by id
  kMatrix,           // multiplied with
  kSensitiveMatrix,  // the same, with eight bits where others have four
  kConvolution,      // of the codec, whose few weights meet many frames
  kRecurrent,        // of the codec's LSTM, read whole for every frame
  kUnread,           // a model's files may hold it, nothing reads it
};

}  // namespace musicgen
