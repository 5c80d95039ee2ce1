// `APP bench`: prompt and generation speed, beside what the machine's memory and arithmetic give.
#include "runtime/core/Error.h"
#include "runtime/verbs/BenchReport.h"
#include "runtime/verbs/DotProbe.h"
#include "runtime/verbs/ReadProbe.h"
#include "runtime/verbs/SharedOptions.h"
#include "runtime/verbs/Verb.h"

#include <algorithm>
#include <iostream>

namespace qwen {
namespace {

// The machine's limits, measured around each run: the machine may be shared, and its clock not constant.
class Limits {
public:
  Limits(ThreadTeam &team, const Program &program) : read(team), dot(team, program) {}

  struct Reached {
    double bandwidth = 0, dot = 0;
  };
  Reached measure() { return {read.gigabytesPerSecond(), dot.gigaopsPerSecond()}; }

private:
  ReadProbe read;
  DotProbe dot;
};

class Bench : public Verb {
public:
  void addOptions(OptionSet &options, const Program &program) override {
    options.integers("-p,--prompt", prompts,
                     "tokens of the prompt, or several by commas; 0: don't measure (default: 512)", 0, INT32_MAX);
    options.integers("-n,--generate", generations, "tokens generated one by one, 0: don't measure (default: 128)", 0,
                     INT32_MAX);
    options.integers("-d,--depth", depths, "tokens in the cache before those that are measured (default: 0)", 0,
                     INT32_MAX);
    options.integer("-r,--repetitions", repetitions, "measurements of each", 1, 1000000);
    options.flag("--profile", profile, "also the time of each phase");
    options.flag("--json", json, "print JSON instead of a table");
    compute.add(options, program);
  }

  void run(Host &host) override {
    const Program &program = host.program();
    const std::vector<BenchTest> tests = testsOf(program);
    const int64_t threads = compute.threads();  // asked once: the team then pins its threads, which narrows the default
    Engine &engine = host.startEngine(threads);
    BenchReport report{program, threads, compute.chunk(program), repetitions};
    for (const BenchTest &test : tests)
      report.results.push_back({test, {}});
    measure(engine, report);
    if (json)
      report.printJson(std::cout);
    else
      report.printTable(std::cout);
  }

private:
  std::vector<BenchTest> testsOf(const Program &program) const {
    const int64_t positions = program.max_seq;
    std::vector<BenchTest> tests;
    for (int64_t depth : depths.empty() ? std::vector<int64_t>{0} : depths) {
      if (depth >= positions)
        throw UserError("-d " + std::to_string(depth) + " leaves none of the program's " + std::to_string(positions) +
                        " positions");
      for (int64_t tokens : chosen("-p", prompts, 512, depth, positions))
        tests.push_back(BenchTest::prompt(tokens, depth, compute.chunk(program)));
      for (int64_t tokens : chosen("-n", generations, 128, depth, positions))
        tests.push_back(BenchTest::generation(tokens, depth, program));
    }
    return tests;
  }

  // The values of a flag other than 0; when it isn't given, `standard` or what fits.
  static std::vector<int64_t> chosen(const char *flag, const std::vector<int64_t> &given, int64_t standard,
                                     int64_t depth, int64_t positions) {
    if (given.empty())
      return {std::min(standard, positions - depth)};
    std::vector<int64_t> result;
    for (int64_t tokens : given) {
      if (tokens > positions - depth)
        throw UserError(std::string(flag) + " " + std::to_string(tokens) +
                        (depth > 0 ? " after -d " + std::to_string(depth) : "") + " is more than the program's " +
                        std::to_string(positions) + " positions");
      if (tokens > 0)
        result.push_back(tokens);
    }
    return result;
  }

  void measure(Engine &engine, BenchReport &report) const {
    int64_t deepest = 0, positions = 0;
    for (const BenchResult &result : report.results) {
      deepest = std::max(deepest, result.test.run.depth);
      positions = std::max(positions, result.test.run.depth + result.test.run.tokens);
    }
    Limits limits(engine.team(), report.program);
    TokenFeeder feeder(engine, positions);
    if (deepest > 0)
      feeder.run({0, deepest, report.chunk, /*head_each_call=*/false});
    // The first round warms caches and pages and isn't timed; what a screen spares is counted there.
    for (BenchResult &result : report.results) {
      TokenRun &run = result.test.run;
      run.computed = feeder.computedLogits(run);
      if (run.top_k == 0)
        feeder.run(run);
      result.work = workOf(report.program, run);
      result.work *= 1 / static_cast<double>(run.tokens);
    }
    // Rounds interleave what is compared.
    for (int64_t round = 0; round < repetitions; ++round) {
      Limits::Reached before = limits.measure();
      addLimits(report, before);
      for (BenchResult &result : report.results) {
        const double speed = static_cast<double>(result.test.run.tokens) / feeder.run(result.test.run);
        const Limits::Reached after = limits.measure();
        addLimits(report, after);
        result.tokens_per_second.values.push_back(speed);
        result.bandwidth_fraction.values.push_back(result.work.bytes * speed * 1e-9 /
                                                   ((before.bandwidth + after.bandwidth) / 2));
        result.dot_fraction.values.push_back(2e-9 * result.work.weight_multiplies * speed /
                                             ((before.dot + after.dot) / 2));
        before = after;
      }
    }
    if (profile)
      for (BenchResult &result : report.results)
        result.phases = measurePhases(engine, feeder, result.test.run, repetitions);
  }

  static void addLimits(BenchReport &report, const Limits::Reached &reached) {
    report.read_bandwidth.values.push_back(reached.bandwidth);
    report.dot_peak.values.push_back(reached.dot);
  }

  std::vector<int64_t> prompts, generations, depths;
  int64_t repetitions = 5;
  bool json = false, profile = false;
  ComputeOptions compute;
};

}  // namespace

std::unique_ptr<Verb> makeBench() { return std::make_unique<Bench>(); }

}  // namespace qwen
