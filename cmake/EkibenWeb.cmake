# SPDX-License-Identifier: Apache-2.0

# Sets EKIBEN_WEB_MODULES to the folder with the page's npm packages. npm brings them once, as
# web/package-lock.json pins them, into build/web of the source tree, which all builds share; no
# script of theirs runs. -DEKIBEN_WEB_MODULES=FOLDER names a folder that has them already, for a
# machine without npm or network.
set(EKIBEN_WEB_MODULES "" CACHE PATH "A node_modules folder with the packages of web/package.json")

function(ekiben_fetch_web)
  if(EKIBEN_WEB_MODULES)
    if(NOT EXISTS ${EKIBEN_WEB_MODULES}/swagger-ui-dist/package.json)
      message(FATAL_ERROR "EKIBEN_WEB_MODULES has no swagger-ui-dist: ${EKIBEN_WEB_MODULES}")
    endif()
    return()
  endif()
  set(folder ${PROJECT_SOURCE_DIR}/build/web)
  set(EKIBEN_WEB_MODULES ${folder}/node_modules PARENT_SCOPE)
  file(MAKE_DIRECTORY ${folder})
  # Two builds may be configured at once.
  file(LOCK ${folder} DIRECTORY GUARD FUNCTION TIMEOUT 600)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/package-lock.json)
  file(SHA256 ${PROJECT_SOURCE_DIR}/web/package-lock.json wanted)
  if(EXISTS ${folder}/fetched)
    file(READ ${folder}/fetched fetched)
    if(fetched STREQUAL wanted)
      return()
    endif()
  endif()
  find_program(EKIBEN_NPM npm)
  if(NOT EKIBEN_NPM)
    message(FATAL_ERROR "npm is missing; it fetches the page at /docs (Swagger UI). Install it with:\n"
                        "  sudo apt-get install --no-install-recommends npm\n"
                        "or name a node_modules folder that has it: -DEKIBEN_WEB_MODULES=FOLDER")
  endif()
  foreach(file package.json package-lock.json .npmrc)
    configure_file(${PROJECT_SOURCE_DIR}/web/${file} ${folder}/${file} COPYONLY)
  endforeach()
  message(STATUS "Fetching the packages of the page with npm")
  execute_process(COMMAND ${EKIBEN_NPM} ci --loglevel=error
    WORKING_DIRECTORY ${folder} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm ci failed in ${folder}:\n${output}\n"
                        "It needs a package registry; without one, name a node_modules folder that "
                        "has swagger-ui-dist: -DEKIBEN_WEB_MODULES=FOLDER")
  endif()
  file(WRITE ${folder}/fetched ${wanted})
endfunction()
