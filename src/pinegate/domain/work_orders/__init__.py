"""运维部门处置 (article 5): what the operator is told to do, without the file behind it."""
