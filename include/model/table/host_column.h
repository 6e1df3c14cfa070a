// The host that a row of any kind is on: beside the columns of each, where several hosts are read.
#ifndef IPCTOP_MODEL_TABLE_HOST_COLUMN_H
#define IPCTOP_MODEL_TABLE_HOST_COLUMN_H

#include "model/table/column.h"

extern const struct column host_column;

#endif
