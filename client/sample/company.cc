#include "client/sample/company.h"

#include <algorithm>
#include <boost/random/uniform_01.hpp>

#include "client/sample/names.h"

namespace quotacast::sample {
namespace {

constexpr int kTeamSize = 8;
constexpr int kTeamsPerRegion = 6;
constexpr int32_t kMinDaysForTurnover = 300;

double Uniform(Engine& engine) { return boost::random::uniform_01<double>()(engine); }

// Returns the indices of the teams that reps belong to.
std::vector<int> AddTeams(int rep_count, Company& company) {
  company.teams.push_back({"company", "Company", -1});
  const int team_count = std::max(2, (rep_count + kTeamSize - 1) / kTeamSize);
  std::vector<int> leaves;
  const auto add = [&company](const std::string& name, int parent) {
    company.teams.push_back({Slug(name), name, parent});
    return static_cast<int>(company.teams.size()) - 1;
  };
  if (team_count <= kTeamsPerRegion) {
    for (int i = 0; i < team_count; ++i) {
      leaves.push_back(add(RegionName(static_cast<uint64_t>(i)), 0));
    }
    return leaves;
  }
  for (int i = 0, region = 0; i < team_count; ++i) {
    const auto number = static_cast<uint64_t>(i / kTeamsPerRegion);
    if (i % kTeamsPerRegion == 0) region = add(RegionName(number), 0);
    leaves.push_back(add(TeamName(number, static_cast<uint64_t>(i % kTeamsPerRegion)), region));
  }
  return leaves;
}

}  // namespace

Company MakeCompany(const Process& process, int rep_count, int32_t start_day, int32_t end_day,
                    uint64_t seed, Engine& engine) {
  Company company;
  const std::vector<int> leaves = AddTeams(rep_count, company);
  const bool turnover = end_day - start_day >= kMinDaysForTurnover;
  for (int i = 0; i < rep_count; ++i) {
    Rep rep;
    rep.name = PersonName(seed, static_cast<uint64_t>(i));
    rep.id = Slug(rep.name);
    rep.team = leaves[static_cast<size_t>(i) * leaves.size() / static_cast<size_t>(rep_count)];
    rep.start_day = start_day;
    rep.skill = DrawSkill(process, engine);
    const double fate = Uniform(engine);
    const double when = Uniform(engine);
    if (turnover && fate < .125) {
      rep.start_day = start_day + 60 + static_cast<int32_t>(when * (end_day - start_day - 180));
    } else if (turnover && fate > 1 - .0625) {
      rep.end_day = end_day - 30 - static_cast<int32_t>(when * (end_day - start_day - 180));
    }
    company.reps.push_back(std::move(rep));
  }
  for (size_t i = 0; i < company.reps.size(); ++i) {
    Rep& leaver = company.reps[i];
    if (leaver.end_day == INT32_MAX) continue;
    for (size_t j = 0; j < company.reps.size(); ++j) {
      const Rep& other = company.reps[(i + j) % company.reps.size()];
      if (other.team == leaver.team && other.end_day == INT32_MAX &&
          other.start_day <= leaver.end_day) {
        leaver.successor = static_cast<int>((i + j) % company.reps.size());
        break;
      }
    }
    if (leaver.successor < 0) leaver.end_day = INT32_MAX;
  }
  return company;
}

}  // namespace quotacast::sample
