#ifndef QUOTACAST_CLIENT_SAMPLE_COMPANY_H_
#define QUOTACAST_CLIENT_SAMPLE_COMPANY_H_

// Who works at a made-up company: a tree of teams and the reps in its leaves.

#include <cstdint>
#include <string>
#include <vector>

#include "client/sample/process.h"

namespace quotacast::sample {

struct Team {
  std::string id;
  std::string name;
  int parent = -1;  // Index into Company::teams, always a smaller one than its own; -1: the root.
};

struct Rep {
  std::string id;
  std::string name;
  int team = 0;
  int32_t start_day = 0;        // The history's first day for those there from the beginning.
  int32_t end_day = INT32_MAX;  // First day no longer at work.
  int successor = -1;           // Takes over the open opportunities of one who leaves.
  Skill skill;
};

struct Company {
  std::vector<Team> teams;  // The first is the whole company.
  std::vector<Rep> reps;
};

// About one rep in eight joins during [start_day, end_day) and one in sixteen leaves, where the
// time is long enough.
Company MakeCompany(const Process& process, int rep_count, int32_t start_day, int32_t end_day,
                    uint64_t seed, Engine& engine);

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_COMPANY_H_
