/* SPDX-License-Identifier: Unlicense */
#pragma once

#include "arch/common/atomic_c11.h"
