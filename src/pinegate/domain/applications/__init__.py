"""《视频资源共享申请表》(Annex 1): from draft through both consents to provisioning and withdrawal (article 5)."""
