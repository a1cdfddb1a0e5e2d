#!/usr/bin/env python3
"""Measures Jetpills and another Nix server side by side, over standard input and output.

    peers.py [--rounds N] [--requests N] [--sizes 2,15,60,250,1024] [--json] [--chart FILE] JETPILLS PEER

Both servers get the same files, edits and requests from this one client, in alternating sessions on one machine. Each request follows a
keystroke in the same file at once. Times are in milliseconds, from the moment at which the client has its messages ready to the one at
which it has the whole answer and has not read it yet; memory is what the process holds after ten open files.
The last columns are the peer's time divided by that of Jetpills: more than 1 is faster.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


def module(size):
    """A NixOS module of about so many bytes, which ends in the lines about the board."""
    head = "{ config, lib, pkgs, ... }:\nlet\n  cfg = config.hardware.nvidia-jetpack;\nin\n{\n"
    parts, length, i = [head], len(head), 0
    while length < size - 120:
        part = f'''  systemd.services.worker{i} = lib.mkIf cfg.enable {{
    description = "Worker number {i}";
    wantedBy = [ "multi-user.target" ];
    environment = {{ LEVEL = "{i}"; HOME = "/var/lib/worker{i}"; }};
    serviceConfig = {{
      ExecStart = "${{pkgs.hello}}/bin/hello --greeting ${{toString {i}}}";
      Restart = lib.mkDefault "on-failure";
    }};
    script = \'\'
      echo ${{cfg.name}} # runs on the board
    \'\';
  }};
'''
        parts.append(part)
        length += len(part)
        i += 1
    parts.append('  hardware.nvidia-jetpack.som = "orin-nx";\n  hardware.nvidia-jetpack.carrierBoard = "";\n}\n')
    return "".join(parts)


class Server:
    """A language server, and what a client does with it."""

    def __init__(self, command, folder):
        self.started = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.id = 0
        self.buffer = b""
        self.version = 1
        root = folder.as_uri()
        self.call("initialize", {
            "processId": os.getpid(), "rootUri": root, "workspaceFolders": [{"uri": root, "name": "bench"}],
            "capabilities": {"textDocument": {  # of what matters here, what VS Code and Neovim say
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"documentationFormat": ["markdown"], "resolveSupport": {"properties": ["documentation"]}}},
            }},
        })
        self.notify("initialized", {})

    @staticmethod
    def frame(message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

    def send(self, message):
        self.process.stdin.write(self.frame(message))

    def read(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        self.buffer = rest
        while len(self.buffer) < length:
            self.more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        self.received = time.perf_counter()
        return json.loads(body)

    def more(self):
        got = os.read(self.process.stdout.fileno(), 1 << 20)
        if not got:
            sys.exit(f"{self.process.args[0]} has ended")
        self.buffer += got

    def call(self, method, params):
        self.id += 1
        self.send({"id": self.id, "method": method, "params": params})
        return self.answer()

    def answer(self):
        """The answer to the newest request."""
        while True:
            message = self.read()
            if "method" in message:
                if "id" in message:  # a request of the server's: it has nothing
                    items = message.get("params", {}).get("items", []) if isinstance(message.get("params"), dict) else []
                    self.send({"id": message["id"], "result": [None] * len(items) if items else None})
            elif message.get("id") == self.id:
                return message.get("result")

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def open(self, path):
        self.notify("textDocument/didOpen", {"textDocument": {"uri": path.as_uri(), "languageId": "nix", "version": 1, "text": path.read_text()}})

    def keystroke(self, path):
        """Types a space into the first line, or takes it away again: the message."""
        self.version += 1
        isTyped = self.version % 2 == 0
        end = {"line": 0, "character": 0 if isTyped else 1}
        return self.frame({"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": path.as_uri(), "version": self.version},
            "contentChanges": [{"range": {"start": {"line": 0, "character": 0}, "end": end}, "text": " " if isTyped else ""}],
        }})

    def ask(self, method, path, line, character, typed=None):
        """Asks about a place, after what is typed, and returns how long the answer took, in seconds."""
        self.id += 1
        request = self.frame({"id": self.id, "method": "textDocument/" + method, "params": {
            "textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character},
        }})
        start = time.perf_counter()
        if typed:
            self.process.stdin.write(typed)
        self.process.stdin.write(request)
        self.answer()
        return self.received - start

    def memory(self):
        """The memory that the process holds, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def close(self):
        self.call("shutdown", None)
        self.notify("exit", None)
        self.process.wait()


def places(text):
    """Where the board's lines are: on the name som, and between the quotes of carrierBoard."""
    lines = text.splitlines()
    som = next(i for i, line in enumerate(lines) if "jetpack.som" in line)
    return (som, 27), (som + 1, 42)


def percentile(times, percent):
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)] * 1000


def chart(rows, peer):
    """The times of the hovers after a keystroke, by the size of the file, as SVG with logarithmic axes."""
    points = [(int(row["name"].split()[0]), row) for row in rows if row["name"].endswith("keystroke, hover")]
    left, top, width, height = 70, 40, 520, 300
    sizes = [size for size, _ in points]
    times = [t for _, row in points for t in (*row["p50"], *row["p99"])]
    low, high = 10 ** math.floor(math.log10(min(times))), 10 ** math.ceil(math.log10(max(times)))
    x = lambda size: left + width * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
    y = lambda t: top + height * math.log(high / t) / math.log(high / low)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 130} {top + height + 50}" font-family="sans-serif" font-size="13">',
        "<title>Time from a keystroke to the hover, by the size of the file</title>",
        "<style>text{fill:#333}.grid{stroke:#ddd}.ours{stroke:#2a7d3f}.peer{stroke:#b5532a}path{fill:none;stroke-width:2}.p99{stroke-dasharray:5 4}"
        "@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.ours{stroke:#6fcf87}.peer{stroke:#f0946b}}</style>",
        f'<text x="{left}" y="20">Milliseconds from a keystroke to the hover: median, and dashed the 99th percentile</text>',
    ]
    t = low
    while t <= high:
        out.append(f'<path class="grid" d="M{left} {y(t):.1f}h{width}"/><text x="{left - 8}" y="{y(t) + 4:.1f}" text-anchor="end">{t:g}</text>')
        t *= 10
    for size in sizes:
        out.append(f'<text x="{x(size):.1f}" y="{top + height + 22}" text-anchor="middle">{size if size < 1000 else 1} {"KB" if size < 1000 else "MB"}</text>')
    for which, (style, name) in enumerate((("ours", "Jetpills"), ("peer", peer))):
        for percentile in ("p50", "p99"):
            line = " ".join(f"{x(size):.1f},{y(row[percentile][which]):.1f}" for size, row in points)
            out.append(f'<path class="{style} {percentile}" d="M{line}"/>')
        out.append(f'<text x="{left + width + 8}" y="{y(points[-1][1]["p50"][which]) + 4:.1f}">{name}</text>')
    return "\n".join(out) + "\n</svg>\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("jetpills", help="the command of Jetpills: its path")
    arguments.add_argument("peer", help="the command of the other server: its path")
    arguments.add_argument("--rounds", type=int, default=5, help="sessions of each server for each row")
    arguments.add_argument("--requests", type=int, default=200, help="requests in a session")
    arguments.add_argument("--sizes", default="2,15,60,250,1024", help="sizes of files in KB")
    arguments.add_argument("--json", action="store_true", help="print the rows as JSON")
    arguments.add_argument("--chart", type=pathlib.Path, help="draw the hovers after a keystroke into this file, as SVG")
    asked = arguments.parse_args()
    found = [shutil.which(name) or sys.exit(f"there is no program {name}") for name in (asked.jetpills, asked.peer)]
    jetpills, peer = map(os.path.abspath, found)  # the servers run in a folder of their own
    commands = [[jetpills, "lsp", "--log-level", "error"], [peer]]
    rows = []

    def row(name, unit, times):
        """Adds a row of lists of times or amounts, one a server."""
        p50, p99 = ([percentile(t, p) for t in times] for p in (50, 99))
        rows.append({"name": name, "unit": unit, "p50": p50, "p99": p99})
        if asked.json:
            return
        ratio = lambda pair: pair[1] / pair[0] if pair[0] else 0
        print(f"{name:<28} {p50[0]:8.3f} /{p99[0]:8.3f}  {p50[1]:8.3f} /{p99[1]:8.3f}  {unit:<4} {ratio(p50):6.2f} / {ratio(p99):5.2f}", flush=True)

    if not asked.json:
        print(f"{'':<28} {'Jetpills p50 / p99':>18}  {'peer p50 / p99':>18}  {'':<4} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for size in (int(s) for s in asked.sizes.split(",")):
            path = folder / f"module{size}.nix"
            path.write_text(module(size << 10))
            hover, complete = places(path.read_text())
            requests = max(20, asked.requests if size < 250 else asked.requests // 4)
            times = {"hover": ([], []), "completion": ([], [])}
            for _ in range(asked.rounds):
                for which, command in enumerate(commands):
                    server = Server(command, folder)
                    server.open(path)
                    for method, at in (("hover", hover), ("completion", complete)):
                        took = [server.ask(method, path, *at, server.keystroke(path)) for _ in range(requests + 5)]
                        times[method][which].extend(took[5:])  # what a session does once is the row of the start
                    server.close()
            for method, of in times.items():
                row(f"{size} KB, keystroke, {method}", "ms", of)

        first, null, typed, memory = ([], []), ([], []), ([], []), ([], [])
        folder = folder / "ten"  # without the large files
        folder.mkdir()
        ten = []
        for i in range(10):
            path = folder / f"{i}.nix"
            path.write_text(module(15 << 10))
            ten.append(path)
        hover, _ = places(ten[0].read_text())
        for _ in range(asked.rounds * 4):
            for which, command in enumerate(commands):
                server = Server(command, folder)
                server.open(ten[0])
                server.ask("hover", ten[0], *hover)
                first[which].append(server.received - server.started)
                for path in ten[1:]:
                    server.open(path)
                    server.ask("hover", path, *hover)
                null[which].extend(server.ask("hover", ten[0], 0, 0) for _ in range(50))
                typed[which].extend(server.ask("hover", ten[0], *hover) for _ in range(50))
                memory[which].append(server.memory() / 1000)
                server.close()
        row("hover of nothing", "ms", null)
        row("hover, nothing typed", "ms", typed)
        row("start to first hover", "ms", first)
        row("memory, ten files open", "MiB", memory)
    if asked.json:
        json.dump(rows, sys.stdout, indent=2)
        print()
    if asked.chart:
        asked.chart.write_text(chart(rows, pathlib.Path(asked.peer).name))


main()
