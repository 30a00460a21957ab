import argparse
import ctypes
import datetime
import logging
import os
import subprocess
import sys
import time

from stoq.args import StoqArgs
from stoq.plugins import StoqWorkerPlugin
from stoq.scan import compare_ssdeep, get_hashes, get_magic, get_ssdeep


class Mischief(StoqWorkerPlugin):
    """Does what the first word of its payload says."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def activate(self, stoq):
        self.stoq = stoq
        parser = StoqArgs(argparse.ArgumentParser())
        group = parser.add_argument_group("Plugin Options")
        group.add_argument("-r", "--rules", dest="rulepath", help="Path to 100%% of the rules.")
        options = parser.parse_args(self.stoq.argv[2:])
        super().activate(options=options)
        return True

    def scan(self, payload, **kwargs):
        super().scan()
        self.calls += 1
        word, _, rest = payload.decode("latin-1").partition(" ")
        return getattr(self, "do_" + word)(rest.strip(), kwargs)

    def do_count(self, _rest, _kwargs):
        return {"calls": self.calls}

    def do_kwargs(self, _rest, kwargs):
        return kwargs

    def do_options(self, _rest, _kwargs):
        names = ("a_list", "b_dict", "c_tuple", "d_int", "switched_on", "switched_off")
        names += ("retries", "said", "hashpayload", "rulepath", "name", "category")
        return {name: repr(getattr(self, name, "missing")) for name in names}

    def do_print(self, rest, _kwargs):
        print("printed", rest)
        sys.stdout.write("half a ")
        print("line")
        sys.stderr.write("complained\n")
        os.write(1, b"past sys.stdout\n")
        subprocess.run(["echo", "from a program"], check=True)
        return {"printed": True}

    def do_log(self, rest, _kwargs):
        self.log.warning("of the plugin: %s", rest)
        self.stoq.log.error("of stoQ")
        logging.getLogger("somelibrary").warning("of a library")
        logging.getLogger("somelibrary").info("not heard")
        try:
            raise ValueError("inner")
        except ValueError:
            self.log.error("with traceback", exc_info=True)
        return None

    def do_raise(self, rest, _kwargs):
        raise ValueError(rest)

    def do_exit(self, _rest, _kwargs):
        sys.exit(3)

    def do_die(self, _rest, _kwargs):
        os._exit(9)

    def do_crash(self, _rest, _kwargs):
        ctypes.string_at(0)

    def do_hang(self, _rest, _kwargs):
        while True:
            time.sleep(60)

    def do_spawn(self, _rest, _kwargs):
        subprocess.Popen(["sleep", "986.1"])
        time.sleep(60)

    def do_spin(self, rest, _kwargs):
        end = time.monotonic() + float(rest)
        while time.monotonic() < end:
            pass
        return {"spun": True}

    def do_memory(self, rest, _kwargs):
        kept = bytearray(int(rest))
        return {"kept": len(kept)}

    def do_values(self, _rest, _kwargs):
        return {
            "bytes": b"\x00\xff",
            "array": bytearray(b"ab"),
            "set": {"b", "a"},
            "tuple": (1, 2),
            "date": datetime.datetime(2026, 1, 2, 3, 4, 5),
            "nan": float("nan"),
            "big": 2**63,
            "small": 2**53 - 1,
            7: "number key",
            b"k\xff": "bytes key",
            ("a", 1): "tuple key",
            "surrogate": "\ud800",
            "__proto__": "key",
        }

    def do_self(self, _rest, _kwargs):
        held = {}
        held["self"] = held
        return held

    def do_many(self, rest, _kwargs):
        for number in range(int(rest)):
            yield {"number": number}
        raise RuntimeError("after the last")

    def do_true(self, _rest, _kwargs):
        return True

    def do_environment(self, _rest, _kwargs):
        return {
            "names": sorted(os.environ),
            "home": os.environ["HOME"],
            "temp": self.stoq.temp_dir,
            "plugin_options": hasattr(self.stoq, "plugin_options"),
        }

    def do_helpers(self, _rest, _kwargs):
        text = b"This string will be hashed for testing"
        stoq = self.stoq
        return {
            "hashes": get_hashes(text),
            "ssdeep": get_ssdeep(text),
            "alike": compare_ssdeep(text, text),
            "magic": get_magic(b"%PDF-1.4\n"),
            "unicode": [
                stoq.force_unicode(b"hi\xe7\x8c\xab"),
                stoq.force_unicode(b"\x93q\x94"),
                stoq.force_unicode(b""),
            ],
            "sanitized": stoq.sanitize_json({"a.b c": [{"k.k": 1}]}),
            "normalized": stoq.normalize_json({"i": 1, "n": None, "d": {"a": True}}),
            "dumps": stoq.dumps({"a": b"PK\x03", "s": {1}, "n": float("nan")}, compactly=True),
            "loads": stoq.loads(b'{"a": 1}'),
            "hashpath": stoq.hashpath("4caa16eb") == os.path.join(stoq.archive_base, *"4caa1"),
            "uuid": [len(stoq.get_uuid), len(stoq.get_uuid())],
            "time": stoq.get_time[:2],
            "primary": stoq.worker is self,
            "tuple": isinstance(stoq.source_base_tuple, tuple),
            "plugins": [name for name, _, _ in stoq.get_plugins_of_category("reader")],
        }

    def do_files(self, rest, _kwargs):
        stoq = self.stoq
        path = stoq.write(b"content", filename="one", path=stoq.temp_dir, binary=True)
        again = stoq.write(b"content", filename="one", path=stoq.temp_dir, binary=True)
        return {
            "same": path == again,
            "read": open(path, "rb").read(),
            "empty": stoq.write(b"", filename="two"),
            "forbidden": stoq.get_file("/etc/passwd"),
            "allowed": stoq.get_file(rest),
        }

    def do_others(self, _rest, _kwargs):
        self.load_reader("lines")
        self.load_extractor("slices")
        found = self.extractors["slices"].extract(b"abcdef", size=4)
        try:
            self.load_reader("nosuch")
            fault = None
        except Exception as error:
            fault = str(error)
        return {
            "read": self.readers["lines"].read(b"one\ntwo"),
            "extracted": [[meta, content] for meta, content in found],
            "size": self.extractors["slices"].size,
            "name": self.readers["lines"].name,
            "missing": hasattr(self.readers["lines"], "nothing"),
            "fault": fault,
        }
