#include "client/sample/names.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace quotacast::sample {
namespace {

constexpr std::array kFirstNames = {
    "Anna",   "Bram",  "Carla", "Daan",    "Elena",  "Finn",   "Grace",  "Hugo",   "Ines",
    "Jonas",  "Karin", "Liam",  "Maria",   "Noah",   "Olga",   "Pieter", "Quinn",  "Rosa",
    "Sam",    "Tessa", "Umar",  "Vera",    "Willem", "Yara",   "Zoe",    "Adam",   "Bianca",
    "Cedric", "Diana", "Emil",  "Fatima",  "George", "Hanna",  "Ivan",   "Julia",  "Kofi",
    "Laura",  "Marco", "Nadia", "Oscar",   "Paula",  "Rafael", "Sofia",  "Thomas", "Ulla",
    "Victor", "Wendy", "Xenia", "Youssef", "Zara"};

constexpr std::array kLastNames = {
    "Aalto",   "Bakker",   "Costa",   "Dubois",   "Eriksen", "Fischer", "Garcia",   "Hansen",
    "Ivanova", "Jansen",   "Keller",  "Lindberg", "Moreau",  "Novak",   "Okafor",   "Peeters",
    "Quist",   "Rossi",    "Santos",  "Tanaka",   "Ueda",    "Visser",  "Weber",    "Yilmaz",
    "Zimmer",  "Almeida",  "Brandt",  "Carter",   "Dekker",  "Evans",   "Ferrari",  "Gruber",
    "Horvat",  "Ibrahim",  "Jensen",  "Kowalski", "Larsen",  "Meyer",   "Nguyen",   "Olsen",
    "Petrov",  "Ramirez",  "Schmidt", "Turner",   "Urban",   "Vogel",   "Wagner",   "Young",
    "Zeman",   "Andersen", "Blanc",   "Cohen",    "Diaz",    "Engel",   "Fontaine", "Gomez",
    "Huber",   "Isaksen",  "Jovic",   "Kaya",     "Lopez",   "Marino",  "Nilsson",  "Ortega",
    "Popescu", "Reyes",    "Silva",   "Torres",   "Uzun",    "Varga",   "Wolf",     "Xu",
    "Yamada",  "Ziegler",  "Adler",   "Becker",   "Conti",   "Doyle",   "Egger",    "Frank"};

constexpr std::array kCustomers = {
    "Alder",      "Beacon",    "Brightwater", "Cedar",    "Cobalt",   "Crescent",  "Delta",
    "Eastgate",   "Evergreen", "Fairfield",   "Granite",  "Harbor",   "Highland",  "Horizon",
    "Juniper",    "Kestrel",   "Lakeside",    "Larkspur", "Meridian", "Midland",   "Northgate",
    "Oakridge",   "Orchard",   "Pioneer",     "Quarry",   "Redwood",  "Riverside", "Saffron",
    "Silverline", "Southport", "Summit",      "Tideway",  "Union",    "Valley",    "Westbrook",
    "Willow",     "Windmill",  "Yellowstone", "Zenith",   "Keystone"};

constexpr std::array kTrades = {"Foods",   "Logistics", "Dairy",    "Textiles", "Hardware",
                                "Pharma",  "Motors",    "Paper",    "Clinics",  "Hotels",
                                "Energy",  "Bakeries",  "Optics",   "Steel",    "Furniture",
                                "Retail",  "Printing",  "Plastics", "Shipping", "Farms",
                                "Brewing", "Insurance", "Media",    "Ceramics", "Software"};

constexpr std::array kProducts = {"Route Planner",   "Fleet Basic",   "Fleet Plus",
                                  "Warehouse Suite", "Driver Safety", "Fuel Insight"};

constexpr std::array kRegions = {"North",   "South", "East",      "West",     "Central", "Coast",
                                 "Islands", "Lakes", "Highlands", "Lowlands", "Valley",  "Delta"};

constexpr std::array kTeams = {"Red",   "Blue",  "Green", "Amber",  "Violet", "Silver",
                               "Coral", "Olive", "Ivory", "Indigo", "Copper", "Jade"};

}  // namespace

std::string PersonName(uint64_t seed, uint64_t index) {
  // A step coprime to the number of pairs visits each of them once.
  constexpr uint64_t kPairs = kFirstNames.size() * kLastNames.size();
  const uint64_t pair = (seed % kPairs + index * 1'237) % kPairs;
  const std::string name = absl::StrCat(kFirstNames[pair % kFirstNames.size()], " ",
                                        kLastNames[pair / kFirstNames.size()]);
  return index < kPairs ? name : absl::StrCat(name, " ", index / kPairs + 1);
}

std::string OpportunityName(uint64_t draw) {
  const char* customer = kCustomers[draw % kCustomers.size()];
  draw /= kCustomers.size();
  const char* trade = kTrades[draw % kTrades.size()];
  return absl::StrCat(customer, " ", trade, ": ",
                      kProducts[draw / kTrades.size() % kProducts.size()]);
}

std::string RegionName(uint64_t index) {
  const std::string name = kRegions[index % kRegions.size()];
  return index < kRegions.size() ? name : absl::StrCat(name, " ", index / kRegions.size() + 1);
}

std::string TeamName(uint64_t region, uint64_t index) {
  return absl::StrCat(RegionName(region), " ", kTeams[index % kTeams.size()]);
}

std::string Slug(const std::string& name) {
  std::string slug;
  for (char c : name) slug += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '-';
  return slug;
}

}  // namespace quotacast::sample
