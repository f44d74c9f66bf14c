#ifndef QUOTACAST_CLIENT_RESOURCE_TEXT_H_
#define QUOTACAST_CLIENT_RESOURCE_TEXT_H_

// Resources as rows for people (a table) or spreadsheets (CSV).

#include <google/protobuf/repeated_field.h>

#include <string>

#include "client/session.h"

namespace quotacast::client {

// Defined for Organization, Team, Rep, Pipeline, Quota, Opportunity, StageTransition and Activity.
// Prints the rows as the session's format, which is not json, asks.
template <typename Resource>
int PrintResources(const Session& session,
                   const google::protobuf::RepeatedPtrField<Resource>& resources);

// Prints one resource: field by field in a table, else as PrintResources or JSON.
template <typename Resource>
int PrintResource(const Session& session, const Resource& resource);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_RESOURCE_TEXT_H_
