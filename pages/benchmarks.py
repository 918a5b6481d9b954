"""Benchmarks: the machines and their noise, the first numbers, start-up, the
time to train, 2018 and today."""

from pathlib import Path
from statistics import mean, median

from benchmarks.statistics import middle, ratio
from lab import results
from lab.frameworks import Implementation, every, implementations
from lab.gates import SEEDS
from lab.results import FOLDER, Result
from lab.seeds import EPOCHS
from pages.charts.bar_chart import Bar, bar_chart
from pages.convnet import gate_source, gate_title
from pages.machines import (
    NO_RESULTS,
    Machine,
    failure_text,
    for_each_machine,
    measured_machines,
    median_text,
    timing_bar,
)
from pages.markup.numbers import interval, seed_count_note
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    date_range,
    join_days,
    label_stale_rows,
    stale_days,
)
from pages.markup.tables import table
from pages.markup.text import (
    NOT_MEASURED,
    NOTHING,
    collapsible,
    escape_markup,
    join_words,
)
from pages.paths import BENCHMARK_PARTS, GENERATED
from pages.seed_accuracies import (
    accuracies,
    accuracy_spread,
    planned_seeds,
    stale_seed_days,
)

CASE = "train-128"
# Vectors that some kernels have and some processors.
NEWER_VECTORS = "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile"
# Steps of 128 in an epoch of 60,000 digits, the last one of 96.
STEPS_PER_EPOCH = 469


def noise_section(folder: Path) -> str:
    """Return the A/A pair and the harness's own cost, for each machine."""
    lines = []
    for machine in measured_machines(folder):
        lines += [
            repeat_sentence(machine, name) for name in machine.group("noise")
        ]
        for name in machine.group("machine"):
            harness = machine.rounds(name, "harness")
            if harness:
                cost = median(harness.values()) / 0.010 - 1
                lines.append(
                    add_stale_remark(
                        f"The harness itself adds {cost:.2%} to a step of "
                        "10 ms.",
                        machine.stale_days(name),
                    )
                )
    return "\n\n".join(filter(None, lines)) + "\n" if lines else NO_RESULTS


def repeat_sentence(machine: Machine, name: str) -> str | None:
    """Return what parts a variant from the same once more, `name`."""
    implementation = machine.variants[name].implementation
    page = next(
        other
        for other in machine.group("page")
        if machine.variants[other].implementation == implementation
    )
    second, first = (machine.rounds(n, CASE) for n in (name, page))
    if not (second and first):
        return None
    middle, low, high = ratio(second, first)
    sentence = (
        f"{machine.title(name)}, measured twice in each of the "
        f"{len(first)} rounds, takes {interval((middle, low, high))} times "
        "as long as itself"
    )
    single = [second[n] / first[n] for n in first if n in second]
    sentence += f"; in single rounds {min(single):.2f} to {max(single):.2f}."
    return add_stale_remark(sentence, machine.stale_days(name, page))


def machine_descriptions(folder: Path) -> str:
    """Return what the machines are."""
    lines = []
    for m in measured_machines(folder):
        f = m.facts
        facts = {
            k: escape_markup(str(v)) for k, v in f.items() if v is not None
        }
        vectors = [
            v for v in ("avx2", "fma", *NEWER_VECTORS) if v in f["vectors"]
        ]
        caches = ", ".join(f"{k} {v}" for k, v in f["caches"].items())
        steal = m.values_of_all("steal_of_the_machine")
        everything = (
            f"`{m.name}`: {facts['cpu']}, family "
            f"{facts.get('family', 'not said')}, model "
            f"{facts.get('model', 'not said')}, stepping "
            f"{facts.get('stepping', 'not said')}; {facts['cores']} cores, "
            "hardware threads of each: "
            f"{facts.get('threads_a_core', 'not said')}; "
            f"{escape_markup(join_words(vectors))}; {escape_markup(caches)}; "
            f"hypervisor {facts.get('hypervisor', 'none')}; "
            f"{facts.get('gpu', 'no GPU')}; governor "
            f"{facts.get('governor', 'not readable')}; Linux "
            f"{facts['kernel']}; Python {facts['python']} (3.6 for 2018). "
            f"Commit `{escape_markup(m.commit)}`. The hypervisor took "
            f"{median_text(steal, '.1%')} of a core away (median of the "
            f"processes; at most {max(steal, default=0):.1%}).\n"
        )
        short = (
            f"**{facts['cpu']}**, {facts['cores']} cores, "
            f"{facts.get('gpu', 'no GPU')}: {m.threads} threads, "
            f"{m.round_count()}, {m.date}."
        )
        lines.append(
            f"{add_stale_remark(short, m.stale_days(*m.files))}\n\n"
            + collapsible("All that it says of itself", everything)
        )
    return "\n".join(lines) or NO_RESULTS


def machine_name(run: Result) -> str:
    """AMD EPYC, 2 cores."""
    return (
        f"{escape_markup(run['machine']['cpu'])}, {run['machine']['cores']} "
        "cores"
    )


def first_numbers(folder: Path = results.FOLDER) -> str:
    """Speed and memory: medians over the runs of all seeds."""
    runs_of = results.gates("mnist-5k", folder)
    if not runs_of:
        return "Not measured.\n"
    first = next(iter(runs_of.values()))[0]
    day = date_range(r["date"][:10] for runs in runs_of.values() for r in runs)
    paragraph = (
        f"{machine_name(first)}, {escape_markup(first['machine']['system'])}, "
        f"Python {escape_markup(first['machine']['python'])} (3.6 for 2018), "
        f"no GPU, {day}. Medians of five runs, and the slowest and the "
        "fastest of them."
    )
    rows = []
    for i in every():
        runs = runs_of.get(i.slug, [])
        name = gate_title(i, runs)
        if not runs:
            rows.append([name, NOT_MEASURED, *[NOTHING] * 5])
            continue
        for machine in dict.fromkeys(map(machine_name, runs)):
            if machine != machine_name(first):
                paragraph += f" {name}: {machine}."
        speed = [run["images_per_second"] for run in runs]
        training = median(run["seconds"]["training"] for run in runs)
        start = median(run["seconds"]["start_up"] for run in runs)
        memory = median(run["peak_memory_bytes"] / 2**20 for run in runs)
        rows.append(
            [
                name,
                f"{median(speed):,.0f}"
                + seed_count_note(len(runs), len(SEEDS)),
                f"{min(speed):,.0f}–{max(speed):,.0f}",
                f"{training:.1f}",
                f"{start:.1f}",
                f"{memory:,.0f}",
                f"{median(run['test_accuracy'] for run in runs):.3f}",
            ]
        )
    head = [
        "framework",
        "images/s",
        "slowest–fastest",
        "training, s",
        "start-up, s",
        "peak memory, MiB",
        "accuracy",
    ]
    above, rows = label_stale_rows(
        rows, [stale_days("gates", runs_of.get(i.slug, [])) for i in every()]
    )
    return f"{paragraph}\n\n{above}{table(head, rows)}" + gate_source(
        "mnist-5k"
    )


def first_epoch_extra(machine: Machine, name: str) -> str:
    """Return what the first epoch takes more than the next ones, in
    seconds."""
    more = [
        run.get_inner_loops() * (run.warmups[0][1] - mean(run.values))
        for run in machine.measured(name)[CASE].get_runs()
        if run.warmups and run.values
    ]
    return f"{max(0, median(more)):.1f}" if more else NOTHING


def start_up_section(machine: Machine) -> str:
    """Return a row for each variant."""
    rows = []
    for name in machine.group("page", "fast"):
        title = machine.title_with_precision(name)
        if not machine.rounds(name, CASE):
            why = failure_text(machine, name, CASE)
            rows.append([title, why, *[NOTHING] * 4])
            continue
        memory = machine.values(name, CASE, "peak_bytes")
        rows.append(
            [
                title,
                median_text(
                    machine.values(name, CASE, "import_seconds"), ".1f"
                ),
                median_text(
                    machine.values(name, CASE, "start_seconds"), ".1f"
                ),
                first_epoch_extra(machine, name),
                median_text([size / 2**20 for size in memory], ",.0f"),
                median_text(
                    machine.values(name, CASE, "page_faults_a_step"), ",.0f"
                ),
            ]
        )
    head = [
        "variant",
        "import, s",
        "to a model, s",
        "first epoch more, s",
        "peak memory, MiB",
        "page faults a step",
    ]
    drawn = []
    for name in machine.group("page"):
        seconds = machine.values(name, CASE, "start_seconds")
        if machine.rounds(name, CASE) and seconds:
            value = median(seconds)
            drawn.append(
                Bar(
                    machine.variants[name].implementation.framework,
                    machine.title(name),
                    value,
                    min(seconds),
                    max(seconds),
                    f"{value:.1f}",
                    stale=machine.stale_days(name),
                )
            )
    drawn.sort(key=lambda row: row.value)
    title = "from nothing to a model, the page’s listing"
    above, rows = label_stale_rows(
        rows,
        [
            machine.stale_days_of(n, CASE)
            for n in machine.group("page", "fast")
        ],
    )
    figure = ""
    if drawn:
        figure = bar_chart(f"{machine.name}-start", title, "s", drawn, above)
    return f"{above}{figure}\n{table(head, rows)}"


def time_to_train(machine: Machine, folder: Path) -> str:
    """Return a row for each variant: the seconds of so many steps, and the
    accuracy that as many epochs of this listing reach."""
    accuracies_of, seed_counts = accuracies(folder), planned_seeds()
    rows = []
    when: list[Days] = []
    seed_days = stale_seed_days(folder)
    for name in machine.group("page"):
        slug = machine.variants[name].implementation.slug
        rounds = machine.rounds(name, CASE)
        cell = machine.milliseconds_text(name, CASE)
        if rounds:
            cell = f"{EPOCHS * STEPS_PER_EPOCH * middle(rounds):,.0f}"
        reached = accuracies_of.get(slug, {}).get("own", [])
        rows.append(
            [
                machine.title(name),
                cell,
                accuracy_spread(reached, seed_counts[slug]),
            ]
        )
        seeds = seed_days.get(slug, {}).get("own")
        when.append(join_days(machine.stale_days_of(name, CASE), seeds))
    head = ["variant", f"{EPOCHS} epochs, s", "of 10,000 digits right, %"]
    there = sorted(
        (n for n in machine.group("page") if machine.rounds(n, CASE)),
        key=lambda n: middle(machine.rounds(n, CASE)),
    )
    drawn = [
        timing_bar(machine, n, CASE, scale=EPOCHS * STEPS_PER_EPOCH)
        for n in there
    ]
    title = f"{EPOCHS} epochs of the whole MNIST, the page’s listing"
    above, rows = label_stale_rows(rows, when)
    figure = ""
    if drawn:
        figure = bar_chart(f"{machine.name}-trained", title, "s", drawn, above)
    return f"{above}{figure}\n{table(head, rows)}"


def era_pairs() -> list[tuple[Implementation, Implementation | None]]:
    """Return each implementation of 2018, and that of today that has its
    label, on the first of its backends."""
    today: dict[str, Implementation] = {}
    for i in implementations(era="today"):
        today.setdefault(i.framework.label, i)
    return [
        (i, today.get(i.framework.label)) for i in implementations(era="2018")
    ]


def find_variant(
    machine: Machine, whose: Implementation | None, group: str
) -> str | None:
    """Return the variant of a group, in float32."""
    names = machine.group(group, precision="float32")
    mine = [n for n in names if machine.variants[n].implementation == whose]
    return mine[0] if mine else None


def era_comparison(machine: Machine) -> str:
    """2018 over today, a training step of 128."""
    rows = []
    when: list[Days] = []
    for then, now in era_pairs():
        page = find_variant(machine, then, "page") or ""
        theirs = (
            find_variant(machine, now, "page"),
            find_variant(machine, now, "fast"),
        )
        cells = [machine.milliseconds_text(page, CASE)]
        was = machine.rounds(page, CASE)
        for name in theirs:
            seconds = machine.rounds(name, CASE)
            cells += [
                machine.milliseconds_text(name, CASE) if name else NOTHING,
                interval(ratio(was, seconds)) if was and seconds else NOTHING,
            ]
        rows.append([machine.title(page), *cells])
        when.append(
            join_days(
                *(
                    machine.stale_days_of(name, CASE)
                    for name in (page, *theirs)
                )
            )
        )
    head = [
        "2018",
        "ms",
        "today, ms",
        "times faster",
        "fast, ms",
        "times faster",
    ]
    shown = [
        timing_bar(machine, name, CASE)
        for then, now in era_pairs()
        for name in (
            find_variant(machine, then, "page"),
            find_variant(machine, now, "page") if now else None,
            find_variant(machine, now, "fast") if now else None,
        )
        if name and machine.rounds(name, CASE)
    ]
    title = "2018, the page’s listing of today, and fast"
    above, rows = label_stale_rows(rows, when)
    figure = ""
    if shown:
        figure = bar_chart(f"{machine.name}-eras", title, "ms", shown, above)
    return f"{above}{figure}\n{table(head, rows)}" if rows else ""


def without_successor() -> str:
    """Return a sentence on those of 2018 that have no today."""
    labels = [then.framework.label for then, now in era_pairs() if not now]
    verb = "has" if len(labels) == 1 else "have"
    return f"\n{join_words(labels)} {verb} no today.\n" if labels else ""


def result_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the sections on the machines, their noise, the first numbers,
    start-up, training, and 2018."""
    return {
        BENCHMARK_PARTS / "machines.md": machine_descriptions(folder),
        BENCHMARK_PARTS / "noise.md": noise_section(folder),
        BENCHMARK_PARTS / "start.md": for_each_machine(
            folder, start_up_section
        ),
        BENCHMARK_PARTS / "trained.md": for_each_machine(
            folder, lambda machine: time_to_train(machine, folder)
        ),
        BENCHMARK_PARTS / "then-and-now.md": for_each_machine(
            folder, era_comparison
        )
        + without_successor(),
        GENERATED / "first-numbers.md": first_numbers(folder),
    }
