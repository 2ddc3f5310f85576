#include "model/audiocraft_yaml.h"

#include <bit>

#include "base/error.h"
#include "model/decimal.h"

namespace musicgen::model {
namespace {

std::string List(const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += StrCat(text.empty() ? "" : ", ", number);
  return "[" + text + "]";
}

const char* Flag(bool value) { return value ? "true" : "false"; }

// The shortest of integer, digits.
std::string Seconds(double number) {
  const auto whole = static_cast<int64_t>(number);
  return static_cast<double>(whole) == number ? std::to_string(whole) : Decimal(number);
}

std::string Conditioners(const AudioCraftConfig& config) {
  std::string text = "conditioners:\n";
  if (config.melody) {
    const conditioning::ChromaConfig& chroma = config.melody->chroma;
    text +=
        StrCat("  self_wav:\n    model: chroma_stem\n    chroma_stem:\n",
               "      sample_rate: ", chroma.sample_rate_hz, "\n      n_chroma: ", chroma.classes,
               "\n      radix2_exp: ", std::countr_zero(static_cast<uint64_t>(chroma.n_fft)),
               "\n      argmax: true\n      match_len_on_eval: false\n      eval_wavs: null\n"
               "      n_eval_wavs: 100\n      cache_path: null\n");
  }
  return text + StrCat("  description:\n    model: t5\n    t5:\n      name: ", config.t5_name,
                       "\n      finetune: false\n      word_dropout: 0.2\n"
                       "      normalize_text: false\n");
}

std::string Fuser(bool melody) {
  const char* lists = melody ? "  prepend: [self_wav, description]\n  cross: []\n"
                             : "  prepend: []\n  cross: [description]\n";
  return StrCat("fuser:\n  cross_attention_pos_emb: false\n  cross_attention_pos_emb_scale: 1\n",
                "  sum: []\n", lists, "  input_interpolate: []\n");
}

}  // namespace

std::string AudioCraftYaml(const AudioCraftConfig& config) {
  const lm::LmConfig& lm = config.lm;
  return StrCat(
      "device: cpu\ndtype: float32\nsolver: musicgen\nefficient_attention_backend: torch\n",
      "sample_rate: ", config.sample_rate_hz, "\nchannels: ", lm.audio_channels,
      "\ndataset:\n  segment_duration: ", Seconds(config.max_duration_s),
      "\ncompression_model_checkpoint: //pretrained/facebook/encodec_32khz\n",
      "compression_model_n_q: null\n",
      "interleave_stereo_codebooks:\n  use: ", Flag(lm.audio_channels == 2),
      "\n  per_timestep: false\n", "lm_model: transformer_lm\n",
      "codebooks_pattern:\n  modeling: delay\n  delay:\n    delays: ", List(lm.pattern.delays),
      "\n    flatten_first: 0\n    empty_initial: 0\n", "transformer_lm:\n  dim: ", lm.width,
      "\n  num_heads: ", lm.heads, "\n  num_layers: ", lm.layers, "\n  hidden_scale: ",
      lm.ffn_width % lm.width == 0
          ? std::to_string(lm.ffn_width / lm.width)
          : Decimal(static_cast<double>(lm.ffn_width) / static_cast<double>(lm.width)),
      "\n  n_q: ", lm.codebooks, "\n  card: ", lm.codebook_size,
      "\n  dropout: 0.0\n  emb_lr: null\n  activation: gelu\n  norm_first: true\n"
      "  bias_ff: false\n  bias_attn: false\n  bias_proj: false\n  past_context: null\n"
      "  causal: true\n  custom: false\n  memory_efficient: true\n  attention_as_float32: false\n"
      "  layer_scale: null\n  positional_embedding: sin\n  xpos: false\n  checkpointing: none\n"
      "  weight_init: gaussian\n  depthwise_init: current\n  zero_bias_init: true\n"
      "  norm: layer_norm\n  cross_attention: false\n  qk_layer_norm: false\n"
      "  qk_layer_norm_cross: false\n  attention_dropout: null\n  kv_repeat: 1\n"
      "  two_step_cfg: false\nclassifier_free_guidance:\n  training_dropout: 0.3\n  "
      "inference_coef: ",
      Decimal(config.cfg_coef), "\nattribute_dropout: {}\n", Fuser(config.melody.has_value()),
      Conditioners(config));
}

std::string AudioCraftCodecYaml(const codec::CodecConfig& config) {
  return StrCat(
      "device: cpu\ndtype: float32\nsolver: compression\nsample_rate: ", config.sample_rate_hz,
      "\nchannels: 1\ncompression_model: encodec\n",
      "encodec:\n  autoencoder: seanet\n  quantizer: rvq\n  sample_rate: ${sample_rate}\n"
      "  channels: ${channels}\n  causal: ",
      Flag(config.causal), "\n  renormalize: false\nseanet:\n  dimension: ", config.latent_width,
      "\n  channels: ${channels}\n  causal: ${encodec.causal}\n  n_filters: ", config.num_filters,
      "\n  n_residual_layers: ", config.num_residual_layers,
      "\n  ratios: ", List(config.upsampling_ratios),
      "\n  activation: ELU\n  activation_params: {alpha: 1.0}\n  norm: weight_norm\n"
      "  norm_params: {}\n  kernel_size: ",
      config.kernel_size, "\n  residual_kernel_size: ", config.residual_kernel_size,
      "\n  last_kernel_size: ", config.last_kernel_size,
      "\n  dilation_base: ", config.dilation_growth_rate,
      "\n  pad_mode: ", config.pad_mode == nn::PadMode::kReflect ? "reflect" : "constant",
      "\n  true_skip: ", Flag(!config.conv_shortcut), "\n  compress: ", config.compress,
      "\n  lstm: ", config.num_lstm_layers,
      "\n  disable_norm_outer_blocks: 0\n  decoder:\n    trim_right_ratio: ",
      Decimal(config.trim_right_ratio),
      "\n    final_activation: null\n    final_activation_params: null\n  encoder: {}\n"
      "rvq:\n  n_q: ",
      config.num_quantizers, "\n  q_dropout: false\n  bins: ", config.codebook_size,
      "\n  decay: 0.99\n  kmeans_init: true\n  kmeans_iters: 50\n"
      "  threshold_ema_dead_code: 2\n  orthogonal_reg_weight: 0.0\n"
      "  orthogonal_reg_active_codes_only: false\nno_quant: {}\n");
}

}  // namespace musicgen::model
