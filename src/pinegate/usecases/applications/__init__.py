"""《视频资源共享申请表》: one verb a file, from draft to archive."""
