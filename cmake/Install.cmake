include(CMakePackageConfigHelpers)
set(package_directory "${CMAKE_INSTALL_LIBDIR}/cmake/ranktape")

install(TARGETS ranktape EXPORT ranktape-targets)
install(FILES ranktape.hpp DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ranktape")
install(DIRECTORY core ops optim DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ranktape" FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE LICENSE-MIT LICENSE-APACHE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT ranktape-targets NAMESPACE ranktape:: DESTINATION "${package_directory}")
configure_package_config_file(cmake/ranktape-config.cmake.in ranktape-config.cmake INSTALL_DESTINATION "${package_directory}")
write_basic_package_version_file(ranktape-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/ranktape-config.cmake" "${PROJECT_BINARY_DIR}/ranktape-config-version.cmake"
        DESTINATION "${package_directory}")
