/* SPDX-License-Identifier: Unlicense
 *
 * What the MPU is told of a top level, against the tables that the model says are shown.
 */
#pragma once

#include "tests/model/model.h"

bool image_differs(const struct m_object *top, char *text, size_t size);
