#include "runtime/verbs/BenchProfile.h"

#include "runtime/core/Profile.h"

namespace qwen {

double PhaseTimes::outside() const {
  double rest = seconds;
  for (const Row &row : rows)
    rest -= row.seconds;
  return rest;
}

double PhaseTimes::waiting() const {
  double sum = 0;
  for (const Row &row : rows)
    sum += row.waiting;
  return sum;
}

PhaseTimes measurePhases(Engine &engine, TokenFeeder &feeder, const TokenRun &run, int64_t repetitions) {
  const Program &program = engine.program();
  const auto phases = static_cast<int64_t>(program.phases.size());
  Profile profile(phases, engine.team().size());
  engine.setProfile(&profile);
  PhaseTimes times;
  for (int64_t i = 0; i < repetitions; ++i)
    times.seconds += feeder.run(run);
  engine.setProfile(nullptr);

  const int64_t calls_a_run = (run.tokens + run.chunk - 1) / run.chunk;
  times.calls = calls_a_run * repetitions;
  const double scale = 1 / static_cast<double>(times.calls);
  times.seconds *= scale;
  for (int64_t i = 0; i < phases; ++i) {
    const Profile::Time time = profile.phase(i);
    if (time.launches == 0)
      continue;
    const Phase &phase = program.phases[static_cast<size_t>(i)];
    Work work = workOf(program, phase, run);
    work *= 1 / static_cast<double>(calls_a_run);
    times.rows.push_back(
        {phase.name, static_cast<double>(time.launches) * scale, time.seconds * scale, time.waiting * scale, work});
  }
  return times;
}

}  // namespace qwen
