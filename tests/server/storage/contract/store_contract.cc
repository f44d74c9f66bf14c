#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {

INSTANTIATE_TEST_SUITE_P(Backends, StoreContract, testing::Values(SqliteBackend()),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace quotacast::storage
