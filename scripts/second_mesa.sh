#!/usr/bin/env bash
# Runs a command on the software device of a newer Mesa than the system's: second_mesa.sh COMMAND …
# Debian's backports are unpacked into build/mesa, and installed nowhere. Exits with 77 where they cannot be had.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$repository/build/mesa
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")

if [[ ! -e $folder/ready ]]; then
  if ! command -v apt-get dpkg > /dev/null; then
    echo "Without a second Mesa: not a Debian system" >&2
    exit 77
  fi
  mkdir -p "$folder/lists/partial" "$folder/packages" "$folder/root"
  # From where the system's own packages come.
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $release" | head -n 1)
  echo "deb $mirror $release-backports main" > "$folder/sources.list"
  options=(-oDir::Etc::sourcelist="$folder/sources.list" -oDir::Etc::sourceparts=/dev/null
           -oDir::State::Lists="$folder/lists" -oAPT::Sandbox::User=)
  if ! (cd "$folder/packages" && apt-get -q "${options[@]}" update &&
        apt-get -q "${options[@]}" download mesa-vulkan-drivers/"$release"-backports \
          libdrm2/"$release"-backports libdrm-amdgpu1/"$release"-backports) > "$folder/log" 2>&1; then
    echo "Without a second Mesa: $(tail -n 1 "$folder/log")" >&2
    exit 77
  fi
  for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/root"; done
  touch "$folder/ready"
fi

library=$(find "$folder/root" -name libvulkan_lvp.so)
printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' "$library" \
  > "$folder/lvp.json"
export VK_DRIVER_FILES=$folder/lvp.json VK_ICD_FILENAMES=$folder/lvp.json
export LD_LIBRARY_PATH=${library%/*}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
exec "$@"
