# Mends the ros-* wheels of PyPI; does nothing under an apt or source ROS 2.
#
# 1. Outside of any ROS 2 environment ament is pointed at the virtual environment of the Python that builds.
# 2. The wheels' exported *__rosidl_generator_py targets carry the include directories of the machine that built them
#    (/opt/python/cpXY/...). CMake stops at directories that are absent, so they are dropped.
if("$ENV{AMENT_PREFIX_PATH}" STREQUAL "" AND Python3_EXECUTABLE)
  get_filename_component(_environment "${Python3_EXECUTABLE}" DIRECTORY)
  get_filename_component(_environment "${_environment}" DIRECTORY)
  if(EXISTS "${_environment}/share/ament_index")
    set(ENV{AMENT_PREFIX_PATH} "${_environment}")
    list(PREPEND CMAKE_PREFIX_PATH "${_environment}")
  endif()
endif()

function(_pip_ros_drop_missing_includes)
  get_property(_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(_target IN LISTS _targets)
    get_target_property(_directories ${_target} INTERFACE_INCLUDE_DIRECTORIES)
    if(NOT _directories)
      continue()
    endif()
    set(_present "")
    foreach(_directory IN LISTS _directories)
      if(NOT _directory MATCHES "^/opt/python/" OR EXISTS "${_directory}")
        list(APPEND _present "${_directory}")
      endif()
    endforeach()
    set_target_properties(${_target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_present}")
  endforeach()
endfunction()
cmake_language(DEFER CALL _pip_ros_drop_missing_includes)
