#!/usr/bin/env bash
# How long `hawser doctor` takes on a configuration of 2,000 lines, start-up included: the median of 15 runs, and of 15 runs of `hawser -v`
# beside it, which is start-up alone. Usage: benchmarks/doctor.sh [LINES]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
lines=${1:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$root/hawser" -v >/dev/null 2>&1
program=$root/artifacts/hawser/hawser

{
  echo 'events { worker_connections 4096; }'
  echo 'http {'
  echo '  map $http_upgrade $connection_upgrade { default upgrade; "" close; }'
  # 13 lines a server: names, a WebSocket location and a regex location beside it.
  for ((i = 0; i * 13 < lines - 4; i++)); do
    cat <<SERVER
  server {
    listen 8080;
    server_name host$i.example.org *.host$i.example.org;
    location /ws$i/ {
      proxy_pass http://127.0.0.1:8808/app$i;
      proxy_set_header Upgrade \$http_upgrade;
      proxy_set_header Connection \$connection_upgrade;
    }
    location ~ ^/(api|rest)$i/(?<rest>.*)\$ {
      proxy_pass http://127.0.0.1:8809/\$rest;
      proxy_read_timeout 30s;
    }
  }
SERVER
  done
  echo '}'
} >"$work/nginx.conf"

median() { # median COMMAND...: milliseconds
  local i start
  for ((i = 0; i < 15; i++)); do
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1 || true
    echo $((($(date +%s%N) - start) / 1000000))
  done | sort -n | sed -n 8p
}

echo "$(wc -l <"$work/nginx.conf") lines, $("$program" doctor -c "$work/nginx.conf" --format json | grep -c '"rule"') findings"
echo "hawser doctor: $(median "$program" doctor -c "$work/nginx.conf") ms"
echo "hawser -v:     $(median "$program" -v) ms"
