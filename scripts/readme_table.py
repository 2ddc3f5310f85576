"""Tables of the README that scripts measure and write, between marks of their own."""

import os

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "README.md")


def write_table(name, text):
    """Replaces what stands between <!-- name: begin --> and <!-- name: end -->."""
    begin_mark, end_mark = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    with open(README, encoding="utf-8") as file:
        readme = file.read()
    begin, end = readme.index(begin_mark) + len(begin_mark), readme.index(end_mark)
    with open(README, "w", encoding="utf-8") as file:
        file.write(readme[:begin] + text + readme[end:])
