#ifndef QUOTACAST_SERVER_CONVERT_MERGE_H_
#define QUOTACAST_SERVER_CONVERT_MERGE_H_

// Takes the fields in `fields` from a resource of a request into a record, checking each. What is
// wrong goes to `errors`, by its path in the request ("rep.team"); the record is then not to be
// used. Output-only fields are not read (AIP-203), nor are the name and what is in it.

#include "quotacast/v1/activity.pb.h"
#include "quotacast/v1/opportunity.pb.h"
#include "quotacast/v1/organization.pb.h"
#include "quotacast/v1/pipeline.pb.h"
#include "quotacast/v1/quota.pb.h"
#include "quotacast/v1/rep.pb.h"
#include "quotacast/v1/team.pb.h"
#include "server/convert/field_mask.h"
#include "server/errors.h"
#include "server/storage/records.h"

namespace quotacast::convert {

void Merge(const v1::Organization& from, const FieldSet& fields, storage::Organization& to,
           errors::FieldErrors& errors);

// `organization` is the one the resource belongs to; of it only id and currency are read.
void Merge(const storage::Organization& organization, const v1::Team& from, const FieldSet& fields,
           storage::Team& to, errors::FieldErrors& errors);
void Merge(const storage::Organization& organization, const v1::Rep& from, const FieldSet& fields,
           storage::Rep& to, errors::FieldErrors& errors);
void Merge(const storage::Organization& organization, const v1::Pipeline& from,
           const FieldSet& fields, storage::Pipeline& to, errors::FieldErrors& errors);
// With "owner" among the fields, everything that identifies the quota is taken; without, the target
// must be of the record's measure.
void Merge(const storage::Organization& organization, const v1::Quota& from, const FieldSet& fields,
           storage::Quota& to, errors::FieldErrors& errors);
// Times that are absent become `now_us`.
void Merge(const storage::Organization& organization, const v1::Opportunity& from,
           const FieldSet& fields, int64_t now_us, storage::Opportunity& to,
           errors::FieldErrors& errors);
void Merge(const storage::Organization& organization, const v1::StageTransition& from,
           int64_t now_us, storage::StageTransition& to, errors::FieldErrors& errors);
void Merge(const storage::Organization& organization, const v1::Activity& from, int64_t now_us,
           storage::Activity& to, errors::FieldErrors& errors);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_MERGE_H_
