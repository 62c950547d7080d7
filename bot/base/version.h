/*
 * base/version.h - which eacbot this is; CHANGELOG.md tells what is in it.
 */
#pragma once

#define EACBOT_VERSION "1.0.0"
