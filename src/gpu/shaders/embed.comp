// x [rows, D] = the sum of the codes' embeddings, or a prefix row, plus the position's vector.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"
#include "formats.glsl"

layout(constant_id = 2) const uint kFormat = 0;

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint width, codebooks, table_rows; };
layout(binding = 1, std430) readonly buffer Tokens { uint tokens[]; };     // [rows, K]
layout(binding = 2, std430) readonly buffer Table { uint table[]; };       // [K, V + 1, D]
layout(binding = 3, std430) readonly buffer Vectors { float vectors[]; };  // [rows, position, prefix][D]
layout(binding = 4, std430) writeonly buffer X { float x[]; };
layout(binding = 5, std430) readonly buffer Columns { uint columns[]; };  // [places, K]

void main() {
  const uint d = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;
  if (d >= width || !Takes(row, kAllRows)) return;
  precise float sum = 0.0;
  if ((rows[row].flags & kFromVector) != 0) {
    sum = vectors[(row * 2 + 1) * width + d];
  } else {
    const bool drawn = (rows[row].flags & kFromColumn) != 0;
    const uint column = rows[row].place * codebooks;
    for (uint k = 0; k < codebooks; ++k) {
      const uint token = drawn ? columns[column + k] : tokens[row * codebooks + k];
      const uint at = (k * table_rows + token) * width + d;
      sum = sum + Element(kFormat, table[WordOf(kFormat, at)], at);
    }
  }
  sum = sum + vectors[row * 2 * width + d];
  x[row * width + d] = sum;
}
