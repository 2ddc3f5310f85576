// The tensors of a T5 encoder in the Hugging Face layout.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "text/t5_config.h"

namespace musicgen::text {

// The token embedding that is read: a source may have it as shared.weight, as
// encoder.embed_tokens.weight, or twice.
std::string EmbeddingName(const checkpoint::TensorSource& source, const std::string& prefix);

// Names, shapes and roles of an encoder of this size. `prefix` is "text_encoder." inside a MusicGen
// checkpoint, "" in a plain T5. The embeddings that `source` has are expected.
std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const T5Config& config,
                                                        const checkpoint::TensorSource& source,
                                                        const std::string& prefix);

}  // namespace musicgen::text
