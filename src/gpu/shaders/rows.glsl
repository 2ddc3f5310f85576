// What the rows of a pass are (gpu/rows.h).

struct Row {
  int position, cross_rows;
  uint flags, place;
};
layout(binding = 0, std430) readonly buffer Rows {
  uvec4 header;  // x: how many rows there are, y: how many draws
  Row rows[];
};

const uint kFromVector = 1, kReads = 2, kFromColumn = 4;
const uint kAllRows = 0, kCrossingRows = 1, kReadingRows = 2;

// Whether a stage that is for `which` rows is for this one.
bool Takes(uint row, uint which) {
  if (row >= header.x) return false;
  if (which == kCrossingRows) return rows[row].cross_rows > 0;
  if (which == kReadingRows) return (rows[row].flags & kReads) != 0;
  return true;
}
