#ifndef QUOTACAST_CLIENT_SAMPLE_NAMES_H_
#define QUOTACAST_CLIENT_SAMPLE_NAMES_H_

// Names for a made-up company. None is meant to be anybody's.

#include <cstdint>
#include <string>

namespace quotacast::sample {

// Name of the `index`-th person; different for every index below 4,000 of one `seed`.
std::string PersonName(uint64_t seed, uint64_t index);

// Name of a customer and a product, such as "Northgate Foods: Route Planner". Any `draw` will do.
std::string OpportunityName(uint64_t draw);

// Name of the `index`-th of the regions, or teams of a region.
std::string RegionName(uint64_t index);
std::string TeamName(uint64_t region, uint64_t index);

// An identifier from a name: small letters, digits and hyphens.
std::string Slug(const std::string& name);

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_NAMES_H_
