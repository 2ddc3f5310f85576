"""musicgen-eval: stdout carries the table, stderr progress and messages. Exit status: 0 done, 1 failure, 2 bad usage."""

import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = ROOT / "build" / "release" / "bin"
GROUPS = ("codes", "entropy", "codec", "export", "sounds", "classifier", "memory", "sampling", "distance")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="musicgen-eval", description="Judges what a model makes of its prompts")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="the acceptance table of the demo model")
    demo.add_argument("-m", "--model", required=True, metavar="DIR", help="Hugging Face directory of the model")
    demo.add_argument("--work", required=True, metavar="DIR",
                      help="what is made on the way; another call goes on with what is there, of the same model")
    demo.add_argument("--codec", metavar="DIR", help="the model's codec at f32 (codec/ of the training's work folder)")
    demo.add_argument("--clips", type=int, default=256, metavar="N", help="clips of 10 s (256)")
    demo.add_argument("--essentia-clips", type=int, default=64, metavar="N", help="of these, for essentia (64)")
    demo.add_argument("--only", default=",".join(GROUPS), metavar="GROUP,…", help="groups of rows: " + ", ".join(GROUPS))
    demo.add_argument("--processes", type=int, default=2, metavar="N", help="of essentia (2)")
    demo.add_argument("--json", metavar="FILE", help="also write the rows here")
    demo.add_argument("--markdown", metavar="FILE", help="also write the table here, after each group of rows")
    demo.add_argument("--check", action="store_true", help="exit status 1 where a row misses its target")
    demo.add_argument("--musicgen", default=BIN / "musicgen", metavar="FILE", help="the program")
    demo.add_argument("--musicgen-train", default=BIN / "musicgen-train", metavar="FILE", help="the program")
    demo.add_argument("--config", default=ROOT / "configs" / "training" / "demo.yaml", metavar="FILE",
                      help="the training's settings")
    values = parser.parse_args(arguments)
    unknown = set(values.only.split(",")) - set(GROUPS)
    if unknown:
        parser.error(f"--only: expected some of {', '.join(GROUPS)}, found {', '.join(sorted(unknown))}")
    for flag, least in (("clips", 2), ("essentia_clips", 2), ("processes", 1)):
        if getattr(values, flag) < least:
            parser.error(f"--{flag.replace('_', '-')}: expected {least} or more, found {getattr(values, flag)}")
    if not (pathlib.Path(values.model) / "generation_config.json").is_file():
        parser.error(f"--model: expected the directory of a model with generation_config.json, found {values.model}")
    return values


def run_demo(values):
    from .demo import Evaluation
    from .programs import Programs
    from .table import ABOUT, markdown, to_json

    report = lambda text: print(text, file=sys.stderr, flush=True)
    programs = Programs(values.work, values.model, values.musicgen, values.musicgen_train, values.config)
    evaluation = Evaluation(programs, values.clips, values.essentia_clips, values.processes, report)
    rows = []
    for group in values.only.split(","):
        report(f"rows of {group}")
        rows += evaluation.rows_of(group, values.codec)
        if values.markdown:
            pathlib.Path(values.markdown).write_text(ABOUT + "\n\n" + markdown(rows), encoding="utf-8")
        if values.json:
            about = {"model": pathlib.Path(values.model).name, "sampling": evaluation.sampling, "clips": values.clips,
                     "about": ABOUT}
            pathlib.Path(values.json).write_text(to_json(rows, about), encoding="utf-8")
    print(ABOUT + "\n\n" + markdown(rows), end="")
    return 1 if values.check and any(row.passed is False for row in rows) else 0


def main():
    values = parse(sys.argv[1:])
    try:
        sys.exit(run_demo(values))
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f"musicgen-eval: {error}")


if __name__ == "__main__":
    main()
