# SPDX-License-Identifier: Apache-2.0

# Finds what must be on the machine, and says in one message which Debian packages are missing,
# rather than stopping at the first.

set(EKIBEN_MISSING "")

# Notes `package` as missing unless the header `header` exists.
function(ekiben_require_header header package)
  string(MAKE_C_IDENTIFIER "HAVE_${header}" found)
  find_file(${found} ${header})
  if(NOT ${found})
    set(EKIBEN_MISSING ${EKIBEN_MISSING} ${package} PARENT_SCOPE)
  endif()
endfunction()

# Ends the configuration where ekiben_require_header() found something missing.
function(ekiben_report_missing)
  if(EKIBEN_MISSING)
    list(REMOVE_DUPLICATES EKIBEN_MISSING)
    list(JOIN EKIBEN_MISSING " " packages)
    message(FATAL_ERROR "Debian packages are missing. Install them with:\n"
                        "  sudo apt-get install ${packages}\n")
  endif()
endfunction()
